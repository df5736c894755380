# The lab as a container; see docs/lab-server.md. The base image is named, not pinned: docker could not be tried where
# this was written.
FROM python:3.12-slim

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1

WORKDIR /opt/thermidor
COPY requirements/base.txt requirements/lab.txt requirements/
RUN pip install --require-hashes --requirement requirements/base.txt \
    && pip install --require-hashes --requirement requirements/lab.txt

COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-deps --no-build-isolation . && rm -rf build src

# Nothing is written but compiled code and the list of fonts, both in the volume; the root may be read-only.
RUN useradd --system --no-create-home --uid 10001 thermidor \
    && mkdir -p /var/cache/thermidor \
    && chown thermidor /var/cache/thermidor
ENV NUMBA_CACHE_DIR=/var/cache/thermidor/numba \
    MPLCONFIGDIR=/var/cache/thermidor/matplotlib \
    NICEGUI_STORAGE_PATH=/var/cache/thermidor/pages \
    PYTHONDONTWRITEBYTECODE=1
VOLUME /var/cache/thermidor
USER thermidor
WORKDIR /var/cache/thermidor

EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/api/v1/health', timeout=4)"]
ENTRYPOINT ["thermidor", "lab", "--host", "0.0.0.0", "--port", "8765", "--no-browser"]
