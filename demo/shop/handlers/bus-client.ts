import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'

const events = new EventBridgeClient({})

/** The shop has one bus, and all that it publishes has the bus's name as its source. */
const BUS = 'shop-bus'

/** Puts one event on the bus and gives its id. */
export async function publish(detailType: string, detail: Record<string, unknown>): Promise<string> {
  const entry = { EventBusName: BUS, Source: BUS, DetailType: detailType, Detail: JSON.stringify(detail) }
  const { FailedEntryCount = 0, Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }))
  const id = Entries?.[0]?.EventId
  if (FailedEntryCount > 0 || id === undefined) throw new Error(`${detailType} was not accepted: ${Entries?.[0]?.ErrorCode ?? 'no answer'}`)
  return id
}
