# One image for web, worker, scheduler and setup; docker-compose.yml says which command each runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RISKSCORE_ENV=production \
    RISKSCORE_STATIC_ROOT=/app/collected \
    RISKSCORE_VAR=/tmp/riskscore

WORKDIR /app

COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin riskscore \
    && install -d -o 10001 -m 0700 /spool /exports

COPY manage.py ./
COPY riskscore ./riskscore
COPY workers ./workers
COPY fixtures ./fixtures

# Byte code and static files are made here, since the running container writes nothing.
# The values are thrown away: production insists on having them, collecting needs none.
RUN python -m compileall -q riskscore workers \
    && python -m riskscore.config.page_scripts \
    && RISKSCORE_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
       RISKSCORE_ALLOWED_HOSTS=build.invalid \
       DATABASE_URL=postgresql://build@build.invalid/build \
       REDIS_URL=redis://:build@build.invalid:6379/0 \
       python manage.py collectstatic --noinput --verbosity 0

USER 10001
EXPOSE 8000
CMD ["gunicorn", "riskscore.wsgi:application", "--bind=0.0.0.0:8000", "--no-control-socket", "--preload", \
     "--worker-class=riskscore.serving.buffered_worker.BufferedWorker", "--workers=2", \
     "--threads=4", "--worker-tmp-dir=/dev/shm", "--graceful-timeout=25"]
