/**
 * Levels of loggers as OpenTelemetry's severity numbers: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal; 0 unknown.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber and its appendix B for syslog's eight.
 */
const NAMES: ReadonlyMap<string, number> = new Map([
  ['trace', 1], ['trce', 1], ['finest', 1], ['silly', 1], ['finer', 2], ['verbose', 2], ['vrb', 2],
  ['debug', 5], ['dbug', 5], ['dbg', 5], ['fine', 5], ['config', 7],
  ['info', 9], ['inf', 9], ['information', 9], ['informational', 9], ['log', 9], ['notice', 10], ['note', 10],
  ['warn', 13], ['warning', 13], ['wrn', 13],
  ['error', 17], ['err', 17], ['eror', 17], ['fail', 17], ['failed', 17], ['severe', 17], ['exception', 17], ['critical', 18], ['crit', 18], ['alert', 19],
  ['fatal', 21], ['ftl', 21], ['emergency', 21], ['emerg', 21], ['panic', 21], ['dpanic', 21],
]) // prettier-ignore

/** 0 where the name is no level. */
export function severityOfName(name: string): number {
  return name.length > 13 ? 0 : (NAMES.get(name) ?? NAMES.get(name.toLowerCase()) ?? 0)
}

/** A level field: a name, or a number as pino and bunyan write it (10 trace … 60 fatal). */
export function severityOfLevel(level: unknown): number {
  if (typeof level === 'string') return /^\d+$/.test(level) ? severityOfNumber(Number(level)) : severityOfName(level)
  return typeof level === 'number' ? severityOfNumber(level) : 0
}

function severityOfNumber(level: number): number {
  if (level < 10 || level > 60) return 0
  return [1, 5, 9, 13, 17, 21][Math.floor(level / 10) - 1] ?? 0
}

const LEVEL_WORD = /\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|ALERT)\b/
const FAILURE = /^(?:Traceback \(most recent call last\)|Exception in thread|Unhandled|panic: |(?:[\w$]+\.)*[\w$]*(?:Exception|Error)\b[: ])/

/** For text without a level of its own place: a level in capitals near the start, or the first line of a stack trace. */
export function severityOfText(text: string): number {
  const word = LEVEL_WORD.exec(text.length > 80 ? text.slice(0, 80) : text)
  if (word !== null) return severityOfName(word[1] ?? '')
  return FAILURE.test(text) ? 17 : 0
}
