// Prisma's CLI downloads a schema engine before it does anything; `generate` never runs it, so any executable will do.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default { schema: 'prisma/schema.prisma' }
