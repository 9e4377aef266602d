# Three images: `bot` (the default: NumPy alone, small), `train` (TensorFlow too, for /retrain), `gpu` (TensorFlow
# with NVIDIA's libraries). `docker build --target train .`; compose.yaml chooses by HOLOSUITE_TARGET.

FROM python:3.12.12-slim-bookworm AS python
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/opt/venv/bin:$PATH

# What is installed, with a hash for each file. pip and its cache stay behind in these stages.
FROM python AS installed-bot
COPY requirements-bot.lock /
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv install --no-cache-dir --require-hashes --requirement /requirements-bot.lock

FROM python AS installed-train
COPY requirements-train.lock /
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv install --no-cache-dir --require-hashes --requirement /requirements-train.lock

FROM python AS installed-gpu
COPY requirements-gpu.lock /
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv install --no-cache-dir --require-hashes --requirement /requirements-gpu.lock

# The program, compiled: its user may not write there.
FROM python AS program
WORKDIR /app
COPY LICENSE README.md pyproject.toml train.py ./
COPY core core
COPY bot bot
COPY models models
RUN python -m compileall -q .

FROM python AS serving
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin holosuite \
    && install -d -o holosuite -g holosuite /data
WORKDIR /app
USER holosuite
ENV HOLOSUITE_DATA=/data
VOLUME /data
# Turns bad when Discord's gateway is lost for long, or when the event loop hangs.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=2 CMD ["python", "-m", "bot.ops.health"]
# No shell in between: SIGTERM reaches the bot, which finishes what it is writing.
ENTRYPOINT ["python", "-m", "bot"]

FROM serving AS train
COPY --from=installed-train /opt/venv /opt/venv
COPY --from=program /app /app

FROM serving AS gpu
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=installed-gpu /opt/venv /opt/venv
COPY --from=program /app /app

FROM serving AS bot
COPY --from=installed-bot /opt/venv /opt/venv
COPY --from=program /app /app
