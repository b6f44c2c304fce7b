/**
 * What container runtimes and log routers wrap around the line that a program wrote. The line itself is read as if it had come alone.
 * https://docs.docker.com/engine/logging/drivers/json-file/, https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md,
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html, https://docs.fluentbit.io/manual/pipeline/filters/kubernetes
 *
 *   {"log":"GET /cart 200\n","stream":"stdout","time":"2026-11-02T08:00:00.123456789Z"}               docker's json-file
 *   2026-11-02T08:00:00.123456789Z stdout F GET /cart 200                                             CRI (containerd, CRI-O)
 *   {"log":"…","source":"stdout","container_id":…,"container_name":"web","ecs_cluster":…,"ecs_task_arn":…,"ecs_task_definition":"shop:7"}
 *   {"log":"…","stream":"stdout","kubernetes":{"pod_name":"web-1","container_name":"web","namespace_name":"shop"}}
 *
 * Runtimes cut lines at 16 KB. A part says so: no newline at its end (json-file), `P` (CRI), `partial_message`, `partial_id`,
 * `partial_ordinal`, `partial_last` (docker's fluentd driver, FireLens). Parts stay events of their own and become one entry
 * (lib/link/continuation.ts). Ignores: CRI tags beyond P and F, labels and annotations (they stay fields).
 */
import type { JsonObject } from '#lib/base/json'
import { isJsonObject } from '#lib/base/json'
import { isoToNs } from '#lib/base/log-time'
import type { Draft } from './draft'
import { flatten } from './flatten'

const CRI = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::\w{1,16}){0,4} /
const LINE = new Set(['log'])

/** CRI: takes the header into the draft and returns the line; null where there is none. */
export function readCriLine(text: string, draft: Draft): string | null {
  const match = CRI.exec(text)
  if (match === null) return null
  const [whole, time = '', stream = '', tag] = match
  draft.lineNs ??= isoToNs(time)
  draft.fields.push({ name: 'stream', value: stream })
  if (tag === 'P') draft.facts.part = { of: stream, more: true }
  return text.slice(whole.length)
}

/** A wrapped line in JSON: takes the wrapping into the draft and returns the line; null where the value is none. */
export function readContainerJson(value: JsonObject, draft: Draft): string | null {
  const { log } = value
  if (typeof log !== 'string' || !isWrapping(value)) return null
  if (typeof value.time === 'string') draft.lineNs ??= isoToNs(value.time)
  readService(value, draft)
  flatten(value, draft.fields, LINE)
  readPart(value, log, draft)
  return log
}

/** A logger of its own may have a key `log` too; the others tell. */
function isWrapping(value: JsonObject): boolean {
  if (isJsonObject(value.kubernetes) || isJsonObject(value.docker)) return true
  if (typeof value.container_id === 'string' || typeof value.container_name === 'string' || typeof value.ecs_task_arn === 'string') return true
  return (value.stream === 'stdout' || value.stream === 'stderr') && typeof value.time === 'string'
}

/** Where the group tells nothing certain, the container's name is the better guess. */
function readService(value: JsonObject, draft: Draft): void {
  if (draft.service.assumed !== true) return
  const kubernetes = isJsonObject(value.kubernetes) ? value.kubernetes : {}
  const name = kubernetes.container_name ?? containerOf(value)
  if (typeof name === 'string' && name !== '' && name.length <= 200) draft.service = { kind: 'container', name, assumed: true }
}

/** ECS calls a container `/ecs-<task definition>-<revision>-<name>-<hex>`; the name in the middle is its own. */
function containerOf(value: JsonObject): unknown {
  const { container_name: name, ecs_task_definition: definition } = value
  if (typeof name !== 'string') return undefined
  const bare = name.replace(/^\//, '')
  const prefix = typeof definition === 'string' ? `ecs-${definition.replace(':', '-')}-` : ''
  return prefix !== '' && bare.startsWith(prefix) ? bare.slice(prefix.length).replace(/-[0-9a-f]{18,24}$/, '') : bare
}

function readPart(value: JsonObject, log: string, draft: Draft): void {
  const of = String(value.stream ?? value.source ?? 'stdout').slice(0, 16)
  if (value.partial_message !== undefined && String(value.partial_message) === 'true') {
    const id = value.partial_id
    const last = String(value.partial_last) === 'true'
    draft.facts.part = { of, ...(typeof id === 'string' && id !== '' && id.length <= 128 ? { id } : {}), ...(last ? {} : { more: true as const }) }
  } else if (typeof value.stream === 'string' && typeof value.time === 'string' && !log.endsWith('\n')) draft.facts.part = { of, more: true }
}
