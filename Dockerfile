# syntax=docker/dockerfile:1
# What it needs stands in requirements-run.lock, with hashes; everything comes as a wheel, so no compiler is in either stage.

FROM python:3.12-slim AS build
COPY requirements-run.lock /
RUN pip install --no-cache-dir --only-binary :all: --require-hashes --prefix /install -r /requirements-run.lock \
 && find /install -type d -name tests -prune -exec rm -rf {} +

FROM python:3.12-slim
COPY --from=build /install /usr/local
WORKDIR /app
COPY bot ./bot
COPY digest ./digest
RUN python -m compileall -q bot digest && useradd --create-home --uid 1000 paperboy && install -d -o paperboy -m 700 /data
# USER paperboy, by its number: a cluster that demands another than root cannot look a name up.
USER 1000
# The embedded store, where REDIS_URL is not set: mount a volume here, or its data goes with the container.
ENV PAPERBOY_HOME=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '3000')}/healthz\", timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
