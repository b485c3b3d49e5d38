# The web pages are built in one stage, the server runs in another, as a user without rights.
FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web ./
COPY docs/guide /src/docs/guide
COPY docs/screens /src/docs/screens
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.lock

FROM python:3.11-slim-bookworm
# For the names in films.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 tongtang && mkdir /data && chown tongtang /data
COPY --from=packages /venv /venv
WORKDIR /opt/tongtang
COPY LICENSE alembic.ini ./
COPY migrations migrations
COPY app app
COPY --from=web /src/web/dist web/dist
USER tongtang
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    TONGTANG_DATA_DIR=/data TONGTANG_LOG_LEVEL=info
VOLUME /data
EXPOSE 8080/tcp 8190/tcp 8190/udp
HEALTHCHECK --interval=10s --start-period=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["sh", "-c", "python -m app migrate && exec python -m app serve"]
