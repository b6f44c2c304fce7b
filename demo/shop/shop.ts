import type { FunctionSettings } from './runtime/functions'
import type { SystemDefinition } from './runtime/platform'
import { USUAL_RATES } from './runtime/rates'

/** The shop as its team runs it: what exists, how it is set up, and what is connected to what. */
const ACCOUNT = '482914406173'
const REGION = 'eu-central-1'

const queueUrl = (name: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`

function lambda(name: string, version: number, settings: Partial<FunctionSettings> = {}): FunctionSettings {
  const environment = { POWERTOOLS_SERVICE_NAME: name, ...settings.environment }
  return { name: `shop-${name}`, entry: name, version, memoryMb: 256, timeoutMs: 6_000, logFormat: 'text', initMs: 420, ...settings, environment }
}

/** A stage's access log as JSON: each field is a $context variable. */
const accessLog = (fields: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(fields).map(([name, variable]) => [name, `$context.${variable}`])))

export function shopDefinition(): SystemDefinition {
  return {
    account: ACCOUNT,
    region: REGION,
    rates: USUAL_RATES,
    functions: [
      lambda('cart', 118),
      lambda('coupon-redeem', 64, { logFormat: 'json' }),
      lambda('coupon-admin', 31),
      lambda('coupon-refresher', 12, { logFormat: 'json', environment: { POWERTOOLS_LOGGER_LOG_EVENT: 'true' } }),
      lambda('campaign-stats', 9, { reservedConcurrency: 1 }),
      lambda('checkout', 87),
      lambda('order-worker', 73, { memoryMb: 512 }),
      lambda('payment', 55, { timeoutMs: 10_000 }),
      lambda('stock-relay', 4, { silent: true, memoryMb: 128, environment: { STOCK_QUEUE: queueUrl('shop-stock-requests') } }),
      lambda('inventory', 40, { logFormat: 'json' }),
      lambda('order-confirm', 22, { environment: { CONFIRMED_TOPIC: `arn:aws:sns:${REGION}:${ACCOUNT}:shop-order-confirmed` } }),
      lambda('email', 35, { timeoutMs: 3_000 }),
      lambda('invoice', 17),
      lambda('order-archive', 8, { logFormat: 'json' }),
      lambda('loyalty-relay', 3, { silent: true, memoryMb: 128, environment: { LOYALTY_QUEUE: queueUrl('shop-loyalty-points') } }),
      lambda('loyalty', 26),
      lambda('nightly-settlement', 14, { memoryMb: 1024, timeoutMs: 120_000 }),
    ].map((settings) =>
      settings.name === 'shop-checkout' ? { ...settings, environment: { ...settings.environment, ORDER_QUEUE: queueUrl('shop-orders') } } : settings,
    ),
    gateways: [
      {
        name: 'shop-storefront',
        kind: 'http',
        apiId: 'q4x8t2mz1c',
        stage: '$default',
        logGroup: '/aws/apigateway/shop-storefront',
        tracing: false,
        accessLog: accessLog({
          requestId: 'requestId',
          ip: 'identity.sourceIp',
          requestTime: 'requestTime',
          httpMethod: 'httpMethod',
          routeKey: 'routeKey',
          status: 'status',
          protocol: 'protocol',
          responseLength: 'responseLength',
          integrationRequestId: 'integration.requestId',
          integrationLatency: 'integrationLatency',
        }),
        routes: [
          { method: 'GET', path: '/carts/{cartId}', function: 'shop-cart' },
          { method: 'POST', path: '/carts/{cartId}/items', function: 'shop-cart' },
          { method: 'POST', path: '/carts/{cartId}/coupon', function: 'shop-coupon-redeem' },
        ],
      },
      {
        name: 'shop-checkout-api',
        kind: 'rest',
        apiId: 'v7b3k9e0da',
        stage: 'prod',
        logGroup: '/aws/apigateway/shop-checkout-api',
        tracing: true,
        accessLog: accessLog({
          requestId: 'requestId',
          extendedRequestId: 'extendedRequestId',
          ip: 'identity.sourceIp',
          requestTimeEpoch: 'requestTimeEpoch',
          httpMethod: 'httpMethod',
          resourcePath: 'resourcePath',
          status: 'status',
          responseLatency: 'responseLatency',
          xrayTraceId: 'xrayTraceId',
          integrationRequestId: 'integration.requestId',
          integrationStatus: 'integration.status',
        }),
        routes: [{ method: 'POST', path: '/checkout', function: 'shop-checkout' }],
      },
      {
        name: 'shop-backoffice',
        kind: 'rest',
        apiId: 'm0r6w5ujn2',
        stage: 'prod',
        logGroup: '/aws/apigateway/shop-backoffice',
        tracing: false,
        accessLog: accessLog({
          requestId: 'requestId',
          ip: 'identity.sourceIp',
          requestTime: 'requestTime',
          httpMethod: 'httpMethod',
          resourcePath: 'resourcePath',
          path: 'path',
          status: 'status',
          protocol: 'protocol',
          responseLength: 'responseLength',
        }),
        routes: [{ method: 'PUT', path: '/coupons/{code}', function: 'shop-coupon-admin' }],
      },
    ],
    queues: [
      { name: 'shop-orders', visibilityTimeoutMs: 36_000, deadLetter: { queue: 'shop-orders-dlq', maxReceiveCount: 3 } },
      { name: 'shop-orders-dlq', visibilityTimeoutMs: 30_000 },
      { name: 'shop-redemptions', visibilityTimeoutMs: 36_000 },
      { name: 'shop-stock-requests', visibilityTimeoutMs: 36_000, deadLetter: { queue: 'shop-stock-dlq', maxReceiveCount: 4 } },
      { name: 'shop-stock-dlq', visibilityTimeoutMs: 30_000 },
      { name: 'shop-invoices', visibilityTimeoutMs: 36_000 },
      { name: 'shop-loyalty-points', visibilityTimeoutMs: 36_000 },
    ],
    consumers: [
      { queue: 'shop-orders', function: 'shop-order-worker', batchSize: 10, windowMs: 2_000, maxConcurrency: 5 },
      { queue: 'shop-redemptions', function: 'shop-campaign-stats', batchSize: 10, windowMs: 6_000, maxConcurrency: 2 },
      { queue: 'shop-stock-requests', function: 'shop-inventory', batchSize: 10, windowMs: 5_000, maxConcurrency: 2 },
      { queue: 'shop-invoices', function: 'shop-invoice', batchSize: 1, windowMs: 0, maxConcurrency: 10 },
      { queue: 'shop-loyalty-points', function: 'shop-loyalty', batchSize: 10, windowMs: 4_000, maxConcurrency: 2 },
    ],
    tables: [
      { name: 'shop-carts', key: 'cartId' },
      { name: 'shop-catalog', key: 'sku' },
      { name: 'shop-coupons', key: 'code', stream: { function: 'shop-coupon-refresher', batchSize: 100, windowMs: 15_000 } },
      { name: 'shop-offers', key: 'code' },
      { name: 'shop-redemptions', key: 'redemptionId' },
      { name: 'shop-campaign-stats', key: 'coupon' },
      { name: 'shop-orders', key: 'orderId' },
      { name: 'shop-payments', key: 'orderId' },
      { name: 'shop-stock', key: 'sku' },
      { name: 'shop-loyalty', key: 'customerId' },
      { name: 'shop-archive-register', key: 'key' },
    ],
    bus: {
      name: 'shop-bus',
      rules: [
        { name: 'redemptions-to-stats', source: 'shop-bus', detailTypes: ['CouponRedeemed', 'CouponRefused'], target: { queue: 'shop-redemptions' } },
        { name: 'orders-to-payment', source: 'shop-bus', detailTypes: ['OrderPlaced'], target: { function: 'shop-payment' } },
        { name: 'orders-to-stock', source: 'shop-bus', detailTypes: ['OrderPlaced'], target: { function: 'shop-stock-relay' } },
        { name: 'payments-to-confirm', source: 'shop-bus', detailTypes: ['PaymentCaptured'], target: { function: 'shop-order-confirm' } },
      ],
    },
    topic: {
      name: 'shop-order-confirmed',
      subscriptions: [{ target: { function: 'shop-email' } }, { target: { queue: 'shop-invoices' } }, { target: { function: 'shop-loyalty-relay' } }],
    },
    buckets: [
      {
        name: 'shop-archive',
        notifications: [
          { prefix: 'invoices/', function: 'shop-order-archive' },
          { prefix: 'settlements/', function: 'shop-order-archive' },
        ],
      },
    ],
    externals: {
      'postal.example': (_request, now, random) =>
        isPostalOutage(now)
          ? { latencyMs: random.around(900), status: 503, body: { error: 'unavailable' } }
          : { latencyMs: random.around(45), status: 200, body: { deliverable: true } },
      'psp.example': (_request, _now, random) => ({
        latencyMs: random.around(180, 0.5),
        status: 200,
        body: { chargeId: `ch_${random.hex(16)}`, approved: !random.chance(0.02) },
      }),
      'mail.example': (_request, _now, random) => ({ latencyMs: random.around(90, 0.5), status: 200, body: { mailId: `mail-${random.hex(12)}` } }),
      'content.example': (_request, _now, random) => ({ latencyMs: random.around(380, 0.15), status: 200, body: { subject: 'Your order' } }),
    },
    rollouts: [],
    variants: [],
  }
}

/** The postal service is down for six minutes in the afternoon of every day. */
function isPostalOutage(now: number): boolean {
  const minute = Math.floor(now / 60_000) % 1440
  return minute >= 14 * 60 + 7 && minute < 14 * 60 + 13
}
