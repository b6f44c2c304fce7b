/** Asks the postal service whether it delivers to a postcode. */
export async function verifyAddress(postcode: string): Promise<void> {
  const response = await fetch(`https://postal.example/postcodes/${encodeURIComponent(postcode)}`)
  if (!response.ok) throw new Error(`postal service answered ${response.status}`)
}
