export type DashboardPlace = 'address' | 'bucket' | 'keys' | 'public'

const captions: Readonly<Record<DashboardPlace, string>> = {
  address: 'R2, Overview: Account ID stands under Account Details',
  bucket: 'R2, Overview: the bucket’s name in the list',
  keys: 'R2, Manage API tokens, Create: both keys are shown once, after creating it',
  public: 'R2, your bucket, Settings: Custom Domains or the public development URL'
}

type DashboardPictureProps = {
  /** What the form asks for now. */
  readonly place: DashboardPlace
  readonly className: string
}

/** Where in the Cloudflare dashboard each thing is found; the one that is asked for now is marked. */
export function DashboardPicture({ place, className }: DashboardPictureProps) {
  return (
    <figure className={className}>
      <svg viewBox="0 0 320 236" role="img" aria-label={captions[place]} fontSize="9" fill="var(--text-dim)">
        <rect x="0.5" y="0.5" width="319" height="235" rx="8" fill="var(--surface-raised)" stroke="var(--line)" />
        <path d="M0 24h320M72 24v211" stroke="var(--line)" />
        <circle cx="14" cy="12" r="4" fill="var(--accent)" />
        <text x="24" y="15" fill="var(--text)">
          Cloudflare
        </text>
        <text x="12" y="44">
          Websites
        </text>
        <text x="12" y="62">
          Workers
        </text>
        <rect x="6" y="71" width="60" height="16" rx="4" fill="var(--accent-wash)" />
        <text x="12" y="82" fill="var(--text)">
          R2 storage
        </text>
        <text x="84" y="44" fill="var(--text)" fontSize="11" fontWeight="600">
          {place === 'public' ? 'clients, Settings' : place === 'keys' ? 'R2 API token' : 'Overview'}
        </text>
        {place === 'public' && <PublicAddress />}
        {place === 'keys' && <Keys />}
        {(place === 'address' || place === 'bucket') && <Overview place={place} />}
      </svg>
      <figcaption>{captions[place]}</figcaption>
    </figure>
  )
}

function Overview({ place }: { readonly place: 'address' | 'bucket' }) {
  return (
    <>
      <text x="84" y="66">
        Bucket
      </text>
      {['clients', 'site-assets'].map((name, index) => (
        <g key={name}>
          <rect x="84" y={72 + index * 26} width="110" height="22" rx="4" fill="none" stroke="var(--line)" />
          <text x="92" y={86 + index * 26} fill="var(--text)">
            {name}
          </text>
        </g>
      ))}
      {place === 'bucket' && <Mark x={80} y={68} width={118} height={30} />}
      <text x="210" y="66" fill="var(--text)">
        Account Details
      </text>
      <text x="210" y="84">
        Account ID
      </text>
      <text x="210" y="97" fill="var(--text)">
        0123456789ab…
      </text>
      {place === 'address' && <Mark x={204} y={72} width={108} height={32} />}
      <rect x="210" y="116" width="92" height="20" rx="4" fill="none" stroke="var(--line)" />
      <text x="218" y="129">
        API tokens, Manage
      </text>
    </>
  )
}

function Keys() {
  const lines = [
    ['Permissions', 'Object Read & Write'],
    ['Access Key ID', '0123456789abcdef…'],
    ['Secret Access Key', 'fedcba9876543210…']
  ] as const
  return (
    <>
      {lines.map(([label, value], index) => (
        <g key={label}>
          <text x="84" y={68 + index * 40}>
            {label}
          </text>
          <rect x="84" y={74 + index * 40} width="210" height="20" rx="4" fill="none" stroke="var(--line)" />
          <text x="92" y={87 + index * 40} fill="var(--text)">
            {value}
          </text>
        </g>
      ))}
      <Mark x={78} y={96} width={222} height={84} />
    </>
  )
}

function PublicAddress() {
  return (
    <>
      <text x="84" y="68" fill="var(--text)">
        Custom Domains
      </text>
      <rect x="84" y="76" width="210" height="20" rx="4" fill="none" stroke="var(--line)" />
      <text x="92" y="89" fill="var(--text)">
        photos.example.com
      </text>
      <Mark x={78} y={56} width={222} height={46} />
      <text x="84" y="128">
        Public Development URL
      </text>
      <text x="84" y="142">
        https://pub-….r2.dev
      </text>
    </>
  )
}

type MarkProps = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

function Mark(box: MarkProps) {
  return <rect {...box} rx="6" fill="none" stroke="var(--accent)" strokeWidth="2" />
}
