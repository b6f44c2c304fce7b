/** @type {import('next').NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm test` checks types; whoever starts the product waits for pages alone.
  typescript: { ignoreBuildErrors: true },
  // Everything that reaches the database stays out of the bundle: native and lazy requires in there don't survive it.
  serverExternalPackages: [
    'pg',
    'pg-copy-streams',
    'pino',
    '@prisma/client',
    '@prisma/adapter-pg',
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-xray',
    '@aws-sdk/credential-providers',
  ],
}
