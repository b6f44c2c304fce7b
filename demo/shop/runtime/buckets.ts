import type { Clock } from './clock'
import type { FunctionHost, Running } from './functions'
import type { Invoker } from './invoker'
import type { Ledger } from './ledger'
import { md5 } from './queues'
import type { Random } from './random'
import { AwsError } from './wire'
import type { TraceContext } from './xray'

export interface BucketSettings {
  name: string
  /** Who hears of new objects. */
  notifications: { prefix: string; function: string }[]
}

interface BucketServices {
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  invoker: Invoker
  functionOf(name: string): FunctionHost
}

export interface Bucket {
  settings: BucketSettings
  put(key: string, body: string, ids: { requestId: string; id2: string }, by: Running, trace: TraceContext): string
  get(key: string): string
}

export function createBucket(settings: BucketSettings, services: BucketServices): Bucket {
  const { clock, random, ledger } = services
  const objects = new Map<string, string>()
  return {
    settings,
    get(key) {
      const body = objects.get(key)
      if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
      return body
    },
    put(key, body, { requestId, id2 }, by, trace) {
      objects.set(key, body)
      const etag = md5(body)
      const now = clock.now()
      const record = {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: services.region,
        eventTime: new Date(now).toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: `AWS:AROAEXAMPLEEXAMPLE00:${by.functionName}` },
        requestParameters: { sourceIPAddress: '10.0.0.1' },
        responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': id2 },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: `${settings.name}-created`,
          bucket: { name: settings.name, ownerIdentity: { principalId: 'A2EXAMPLE0OWNER' }, arn: `arn:aws:s3:::${settings.name}` },
          object: {
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            size: Buffer.byteLength(body),
            eTag: etag,
            sequencer: `00${random.hex(16).toUpperCase()}`,
          },
        },
      }
      for (const { prefix, function: name } of settings.notifications) {
        if (!key.startsWith(prefix)) continue
        const cause = ledger.emission(by.execution, 's3', now, [requestId], `${key} ${body}`)
        clock.at(now + random.around(620, 0.4), () =>
          services.invoker.async(services.functionOf(name), { event: { Records: [record] }, causes: [cause], text: key, trace }),
        )
      }
      return etag
    },
  }
}
