FROM python:3.11-slim
ENV POETRY_VERSION=1.7.1 POETRY_HOME=/opt/poetry
RUN apt-get update && apt-get install --no-install-recommends -y curl \
 && curl -sSL https://install.python-poetry.org | python3 - \
 && apt-get purge -y curl && rm -rf /var/lib/apt/lists/*
ENV PATH="$POETRY_HOME/bin:$PATH"
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --only main
COPY . .
CMD poetry run uvicorn main:app --host 0.0.0.0 --port $PORT
