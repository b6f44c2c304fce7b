import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'

import type { Order } from './order-message'
import { tables } from './table-client'

/** Stores an order once; false when it was there already. */
export async function storeOrder(order: Order): Promise<boolean> {
  try {
    await tables.send(
      new PutCommand({
        TableName: 'shop-orders',
        Item: { ...order, placedAt: new Date().toISOString() },
        ConditionExpression: 'attribute_not_exists(orderId)',
      }),
    )
    return true
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return false
    throw error
  }
}

/** Takes back an order that could not be announced, so that its next delivery places it. */
export async function removeOrder(orderId: string): Promise<void> {
  await tables.send(new DeleteCommand({ TableName: 'shop-orders', Key: { orderId } }))
}
