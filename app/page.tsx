export default function MapPage() {
  return <main className="top"><h1 className="answer">Map</h1></main>
}
