/** How a connection's calls are signed: by the SDK's default chain, or by a role that those credentials assume. Nothing is stored. */

export interface AwsPlace {
  region: string
  roleArn: string | null
  externalId: string | null
  /** In place of the service's own address. */
  endpoint: string | null
}

/** AWS answers a page within seconds; what hangs longer is given up and tried again. */
export const REQUEST_TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_MS = 5_000

/** What a client of the AWS SDK is made with. Its own retries are off: the token bucket decides when a call is made again. */
export interface ClientConfig {
  region: string
  maxAttempts: number
  endpoint?: string
  credentials?: Awaited<ReturnType<typeof assumedRole>>
  requestHandler: { requestTimeout: number; connectionTimeout: number; throwOnRequestTimeout: boolean }
}

export async function clientConfig(place: AwsPlace): Promise<ClientConfig> {
  const { region, roleArn, externalId, endpoint } = place
  const config = {
    region,
    maxAttempts: 1,
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS, throwOnRequestTimeout: true },
    ...(endpoint === null ? {} : { endpoint }),
  }
  if (roleArn === null) return config
  return { ...config, credentials: await assumedRole(place.region, roleArn, externalId) }
}

/** Loaded only where a role is assumed: the package is as big as the client. STS's address is the region's, or AWS_ENDPOINT_URL_STS. */
async function assumedRole(region: string, roleArn: string, externalId: string | null) {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: 'specter', ...(externalId === null ? {} : { ExternalId: externalId }) },
    clientConfig: { region },
  })
}

/** The account of a role or log group, from its ARN; null where it has none. */
export function accountOfArn(arn: string | null | undefined): string | null {
  return /^arn:[a-z-]+:[a-z-]+:[a-z0-9-]*:(\d{12}):/.exec(arn ?? '')?.[1] ?? null
}

/** Whose quota a connection's calls count on: connections of one account and region share it. */
export function quotaKey(place: AwsPlace, accountId: string | null): string {
  return `${accountId ?? accountOfArn(place.roleArn) ?? 'default'}/${place.region}/${place.endpoint ?? ''}`
}
