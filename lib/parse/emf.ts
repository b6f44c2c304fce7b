/**
 * CloudWatch's embedded metric format: metrics inside a log line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 *   {"_aws": {"Timestamp": 1793606400000, "CloudWatchMetrics": [{"Namespace": "shop", "Dimensions": [["service"]], "Metrics": [{"Name": "orders"}]}]},
 *    "service": "checkout", "orders": 1, "requestId": "…"}
 *
 * One event. Dimensions, metrics and properties are its fields (flatten.ts reads them: they stand at the top), its words name the
 * metrics with their values, its template the namespace and the metrics' names. Everything that json-line.ts knows counts here too.
 * Ignores: units, storage resolution, and the rule that a definition without its value is invalid (the value is then just not there).
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { DAY_NS, epochToNs } from '#lib/base/log-time'
import type { Draft } from './draft'

const METRICS_MAX = 20

/** What the line says and its template, where it carries metrics; else null. The time it states is taken over. */
export function readMetrics(value: JsonObject, draft: Draft): { words: string; template: string } | null {
  const { _aws: aws } = value
  if (!isJsonObject(aws) || !Array.isArray(aws.CloudWatchMetrics)) return null
  draft.lineNs ??= epochToNs(aws.Timestamp, draft.eventNs + DAY_NS)
  const names = new Set<string>()
  const spaces = new Set<string>()
  for (const directive of aws.CloudWatchMetrics.filter(isJsonObject)) {
    if (typeof directive.Namespace === 'string') spaces.add(directive.Namespace.slice(0, 256))
    for (const metric of Array.isArray(directive.Metrics) ? directive.Metrics : []) {
      if (isJsonObject(metric) && typeof metric.Name === 'string' && names.size < METRICS_MAX) names.add(metric.Name.slice(0, 256))
    }
  }
  for (const space of spaces) draft.fields.push({ name: 'metrics.namespace', value: space })
  if (draft.severity === 0) draft.severity = 9
  const space = [...spaces].join(', ')
  const values = [...names].map((name) => `${name}=${shown(value[name])}`)
  return { words: `${space} ${values.join(' ')}`.trim(), template: `${space} ${[...names].map((name) => `${name}=*`).join(' ')}`.trim() }
}

/** A number, or a list of them. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.slice(0, 5).map(shown).join(', ')}${value.length > 5 ? ', …' : ''}]`
  return typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 64) : '–'
}
