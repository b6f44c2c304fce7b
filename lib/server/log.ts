/** The log of a process: JSON lines on standard output, which the supervisor keeps in SPECTER_DATA/logs. */
import { pino, type Logger } from 'pino'

export type Log = Logger

/** Never logs headers or bodies: they are what people send us in confidence. */
export function createLog(name: string): Log {
  return pino({ name, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime })
}
