/** The environment, read and checked in one place. environment.mjs has the words for --help; README.md has the same table. */
import { z } from 'zod'

/** Names of this machine that nobody else can reach. 127.1 and the like are left out: a Host header never carries them. */
const LOOPBACK = /^(localhost|::1|127(\.\d{1,3}){3})$/

const schema = z.object({
  PORT: z.coerce
    .number('PORT must be a number')
    .int('PORT must be a whole number')
    .min(0, 'PORT must be 0 to 65535')
    .max(65_535, 'PORT must be 0 to 65535')
    .default(3000),
  HOST: z
    .string()
    .regex(
      LOOPBACK,
      'HOST must be this machine (127.0.0.1, ::1 or localhost): Specter has no accounts yet, so everyone who reached another address could read everything',
    )
    .default('127.0.0.1'),
  SPECTER_DATA: z.string().min(1).default('.specter'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'DATABASE_URL must begin with postgres://')
    .optional(),
  SPECTER_FIREHOSE_KEY: z.string().max(4096, 'SPECTER_FIREHOSE_KEY has at most 4,096 characters').optional(),
})

export interface Env {
  port: number
  host: string
  /** Folder of the embedded database and of all state. */
  dataDir: string
  /** The Postgres to use instead of the embedded one; in web and worker always set, by the supervisor. */
  databaseUrl: string | undefined
  /** What Firehose has to send as X-Amz-Firehose-Access-Key; without it any key is taken. */
  firehoseKey: string | undefined
}

/** Throws an Error whose message is one line for the person who set the value. An empty value counts as unset. */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== ''))
  const parsed = schema.safeParse(set)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const name = String(issue?.path[0])
    throw new Error(`${issue?.message ?? 'The environment is wrong'} (${name} is ${JSON.stringify(set[name])})`)
  }
  const { PORT, HOST, SPECTER_DATA, DATABASE_URL, SPECTER_FIREHOSE_KEY } = parsed.data
  return { port: PORT, host: HOST, dataDir: SPECTER_DATA, databaseUrl: DATABASE_URL, firehoseKey: SPECTER_FIREHOSE_KEY }
}
