FROM mcr.microsoft.com/playwright:v1.40.0-jammy
WORKDIR /tests
COPY package.json package-lock.json ./
RUN npm ci && npx playwright install --with-deps
COPY . .
CMD ["npx", "playwright", "test"]
