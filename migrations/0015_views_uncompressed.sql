-- Views are rewritten far more often than a disk page is spared: packing them took longer than all else that a load has
-- PostgreSQL do (docs/decisions/0024-shared-loading.md). Documents are packed only where a row would not fit a page.

alter table view alter column merged set storage main, alter column records set storage main;
alter table view set (toast_tuple_target = 8160);
