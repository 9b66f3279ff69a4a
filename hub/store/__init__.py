"""The only room with the hub's database: connections, the embedded server, migrations, and the queries that run."""
