/** Where a trace stands in the AWS console. */

const REGION = '[a-z]{2}(?:-[a-z]{2,12}){1,3}-\\d'
/** What names a region beyond doubt: an ARN, an address of AWS, a member that is called so. */
const REGIONS = [
  new RegExp(`\\barn:aws[a-z-]{0,8}:[a-z0-9-]{2,40}:(${REGION}):\\d{12}:`),
  new RegExp(`https://[a-z0-9.-]{1,80}\\.(${REGION})\\.amazonaws\\.com`),
  new RegExp(`"(?:aws_?region|awsRegion|region|cloud\\.region)"\\s*:\\s*"(${REGION})"`),
]
const TEXTS_MAX = 200
const LENGTH_MAX = 20_000

export interface RegionText {
  traceId: string | null
  raw: string
}

/** The region that the lines and documents of a trace name; else one that others of its transaction do; null where none does. */
export function regionOfTrace(traceId: string, texts: readonly RegionText[]): string | null {
  const own = texts.filter((text) => text.traceId === traceId)
  return regionIn(own) ?? regionIn(texts)
}

function regionIn(texts: readonly RegionText[]): string | null {
  for (const { raw } of texts.slice(0, TEXTS_MAX)) {
    const start = raw.slice(0, LENGTH_MAX)
    for (const pattern of REGIONS) {
      const region = pattern.exec(start)?.[1]
      if (region !== undefined) return region
    }
  }
  return null
}

/** The trace's page in the CloudWatch console of its region; without one, the page that the console opens in the region used last. */
export function xrayTraceUrl(traceId: string, region: string | null): string {
  const id = encodeURIComponent(traceId)
  if (region === null) return `https://console.aws.amazon.com/xray/home#/traces/${id}`
  const host = region.startsWith('cn-') ? 'console.amazonaws.cn' : region.startsWith('us-gov-') ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com'
  return `https://${region}.${host}/cloudwatch/home?region=${region}#xray:traces/${id}`
}
