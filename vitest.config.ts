import { defineConfig } from 'vitest/config'

/** Three kinds of tests: pure ones, those that need a Postgres, and those that run the built product as processes. */
const outside = ['node_modules/**', '.next/**', 'dist/**', 'e2e/**', 'demo/shop/out/**']
const env = { TZ: 'UTC' }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...outside, '**/*.db.test.ts', '**/*.process.test.ts', '**/*.moto.test.ts'],
          env,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'db',
          include: ['**/*.db.test.ts'],
          exclude: outside,
          env,
          globalSetup: 'scripts/test-database-server.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Not part of `npm test`: it installs moto from PyPI (.ci/run).
        test: {
          name: 'moto',
          include: ['**/*.moto.test.ts'],
          exclude: outside,
          env,
          globalSetup: ['scripts/test-database-server.ts', 'testing/moto/server.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'process',
          include: ['**/*.process.test.ts'],
          exclude: outside,
          env,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each of these files starts whole instances; two at once would measure each other.
          fileParallelism: false,
        },
      },
    ],
  },
})
