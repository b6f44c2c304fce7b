import type { Order } from './order-message'

type Publish = (detailType: string, detail: Record<string, unknown>) => Promise<string>

/** Announces a stored order. The order is safe in the table, so it doesn't fail for its announcement. */
export async function announce(order: Order, publish: Publish): Promise<string | undefined> {
  const { orderId, customerId, amount, lines } = order
  return publish('OrderPlaced', { orderId, customerId, amount, lines }).catch(() => undefined)
}
