/** The parts of Lambda's events that the handlers read. */
export interface Context {
  awsRequestId: string
  functionName: string
  functionVersion: string
  invokedFunctionArn: string
  memoryLimitInMB: string
  getRemainingTimeInMillis(): number
}

export interface HttpEvent {
  headers: Record<string, string | undefined>
  pathParameters?: Record<string, string | undefined> | null
  body?: string | null
  requestContext: { requestId: string }
}

export interface HttpAnswer {
  statusCode: number
  headers: Record<string, string>
  body: string
}

export interface QueueEvent {
  Records: { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } }[]
}

export interface QueueAnswer {
  batchItemFailures: { itemIdentifier: string }[]
}

export interface BusEvent<Detail> {
  id: string
  'detail-type': string
  source: string
  time: string
  detail: Detail
}

export interface TopicEvent {
  Records: { Sns: { MessageId: string; Subject?: string; Message: string } }[]
}

export interface BucketEvent {
  Records: { eventName: string; responseElements: Record<string, string>; s3: { bucket: { name: string }; object: { key: string; size: number } } }[]
}

export const answer = (statusCode: number, body: unknown): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
