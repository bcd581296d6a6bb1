# The API with the built SPA. The database, files, models and payments are hosted services (docs/deploy.md).
FROM node:24-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web ./
RUN npm run build

FROM python:3.11-slim
WORKDIR /app
# Bytecode is made here: the user of the image cannot write any, and each image worker would compile anew.
ENV UV_COMPILE_BYTECODE=1
COPY local/cli/uv.txt pyproject.toml uv.lock ./
RUN pip install --no-cache-dir --require-hashes -r uv.txt
RUN uv sync --frozen --no-build --no-default-groups
COPY api api
COPY libs libs
RUN .venv/bin/python -m compileall -q api libs
COPY --from=web /web/dist web/dist
RUN useradd --system maquette
USER maquette
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
CMD [".venv/bin/python", "-m", "api"]
