import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

import type { TopicEvent } from './events'

const queues = new SQSClient({})

/** Passes paid orders on to the loyalty programme's queue. */
export async function handler(event: TopicEvent): Promise<void> {
  for (const { Sns } of event.Records) await queues.send(new SendMessageCommand({ QueueUrl: process.env.LOYALTY_QUEUE, MessageBody: Sns.Message }))
}
