/** The links by which the exact rules are judged. */
import type { PoolClient } from 'pg'
import { isNesting } from '#lib/link/health'
import type { Link } from '#lib/model/span'
import { exactUnder } from '#lib/store/windows'

/** Segments inside one execution nest this deep at most. */
const MOST_LEVELS = 32

/**
 * The links of ids under these effects, and those that say which of their causes is part of which other: a call's segment logs nothing and is no
 * effect here, but without its way up to the execution that made the call the two would pass for two causes.
 */
export async function linksToJudge(client: PoolClient, effects: readonly bigint[]): Promise<Link[]> {
  const links = await exactUnder(client, effects)
  const seen = new Set(effects)
  let causes = links.map((link) => link.cause)
  for (let level = 0; level < MOST_LEVELS; level++) {
    const above = [...new Set(causes)].filter((cause) => !seen.has(cause))
    if (above.length === 0) break
    for (const cause of above) seen.add(cause)
    const more = (await exactUnder(client, above)).filter((link) => isNesting(link.rule))
    links.push(...more)
    causes = more.map((link) => link.cause)
  }
  return links
}
