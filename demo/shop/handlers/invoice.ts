import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

import type { Context, QueueEvent } from './events'
import { begin, logger } from './logger'

const buckets = new S3Client({})

/** On a confirmed order: writes its invoice into the archive bucket. */
export async function handler(event: QueueEvent, context: Context): Promise<void> {
  begin(context)
  for (const record of event.Records) {
    const { MessageId, Message } = JSON.parse(record.body) as { MessageId: string; Message: string }
    const { orderId, customerId, amount } = JSON.parse(Message) as { orderId: string; customerId: string; amount: number }
    logger.info('Invoice requested', { orderId, messageId: record.messageId, topicMessageId: MessageId })
    const key = `invoices/${new Date().toISOString().slice(0, 10)}/${orderId}.json`
    const stored = await buckets.send(new PutObjectCommand({ Bucket: 'shop-archive', Key: key, Body: JSON.stringify({ orderId, customerId, amount }) }))
    logger.info('Invoice stored', { orderId, key, s3RequestId: stored.$metadata.requestId })
  }
}
