import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

import type { BusEvent } from './events'

const queues = new SQSClient({})

/** Passes what was ordered on to the warehouse's queue. */
export async function handler(event: BusEvent<{ orderId: string; lines: unknown }>): Promise<void> {
  const { orderId, lines } = event.detail
  await queues.send(new SendMessageCommand({ QueueUrl: process.env.STOCK_QUEUE, MessageBody: JSON.stringify({ orderId, lines }) }))
}
