import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'

import type { BusEvent, Context } from './events'
import { begin, logger } from './logger'
import { tables } from './table-client'

const buckets = new S3Client({})

/** Every night: sums up the day's orders and files the result. */
export async function handler(event: BusEvent<unknown>, context: Context): Promise<void> {
  begin(context)
  logger.info('Settlement started', { scheduleEventId: event.id })
  const { Items = [] } = await tables.send(new ScanCommand({ TableName: 'shop-orders' }))
  const total = Items.reduce((sum, order) => sum + Number(order.amount), 0)
  logger.info('Orders read', { orders: Items.length, total })
  const key = `settlements/${event.time.slice(0, 10)}.json`
  const stored = await buckets.send(new PutObjectCommand({ Bucket: 'shop-archive', Key: key, Body: JSON.stringify({ orders: Items.length, total }) }))
  logger.info('Settlement stored', { key, s3RequestId: stored.$metadata.requestId })
}
