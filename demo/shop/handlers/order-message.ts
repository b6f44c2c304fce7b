/** What checkout puts into the order queue. */
export interface Order {
  orderId: string
  cartId: string
  customerId: string
  postcode: string
  lines: { sku: string; quantity: number }[]
  /** Whole cents to pay. */
  amount: number
}

export const encodeOrder = (order: Order): string => JSON.stringify(order)

export function decodeOrder(text: string): Order {
  const order = JSON.parse(text) as Order
  if (!Number.isFinite(order.amount)) throw new Error(`order ${order.orderId} has no amount`)
  return order
}
