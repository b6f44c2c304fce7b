import type { Order } from './order-message'
import { removeOrder } from './orders'

type Publish = (detailType: string, detail: Record<string, unknown>) => Promise<string>

/** Announces a stored order; an order that can't be announced is taken back and fails. */
export async function announce(order: Order, publish: Publish): Promise<string> {
  const { orderId, customerId, amount, lines } = order
  try {
    return await publish('OrderPlaced', { orderId, customerId, amount, lines })
  } catch (error) {
    await removeOrder(orderId)
    throw error
  }
}
