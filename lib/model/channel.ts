/** Which lines of one delivery were written by one writer: those of a container's stdout don't go on with its stderr's, nor with another container's. */
import type { ParsedEvent } from './event'

/** What routers and runtimes put around every line of a container. */
const WRITER = new Set([
  'stream', 'container_id', 'container_name', 'docker.container_id', 'ecs_task_arn', 'kubernetes.pod_id', 'kubernetes.pod_name', 'kubernetes.container_name', 'kubernetes.docker_id',
]) // prettier-ignore

/** A text that is the same for lines of one writer; empty where nothing tells writers apart. */
export function channelOf({ facts, fields }: Pick<ParsedEvent, 'facts' | 'fields'>): string {
  let channel = ''
  for (const { name, value } of fields) if (WRITER.has(name)) channel += `${value}\0`
  // FireLens names its stream otherwise.
  return facts?.part === undefined || channel.includes(`${facts.part.of}\0`) ? channel : `${channel}${facts.part.of}\0`
}
