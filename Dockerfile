FROM node:22-slim AS explorer
WORKDIR /build
COPY .npmrc package.json package-lock.json ./
RUN npm ci --ignore-scripts && rm node_modules/ruru/static/*.map

FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/jizhun && python -m venv /opt/build
COPY requirements.txt requirements-build.txt ./
RUN /opt/jizhun/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY adapters adapters
COPY graphql_schema graphql_schema
COPY hub hub
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /opt/wheel . \
    && /opt/jizhun/bin/pip install --no-cache-dir --no-deps --no-index /opt/wheel/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/jizhun --shell /usr/sbin/nologin jizhun \
    && install --directory --owner jizhun --group jizhun --mode 0700 /var/lib/jizhun
COPY --from=explorer /build/node_modules/ruru/static /usr/share/jizhun/explorer
COPY --from=build /opt/jizhun /opt/jizhun
ENV PATH=/opt/jizhun/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    HUB_HOST=0.0.0.0 \
    HUB_DATA_DIR=/var/lib/jizhun
USER jizhun
WORKDIR /var/lib/jizhun
VOLUME /var/lib/jizhun
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["hub", "serve"]
