/** Three prints and the way they go; drawn in the colour of the text around it. */
export function DropDrawing({ className }: { readonly className: string }) {
  return (
    <svg viewBox="0 0 176 128" fill="none" aria-hidden="true" className={className}>
      <g stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
        <rect x="22" y="22" width="64" height="48" rx="4" transform="rotate(-9 54 46)" fill="var(--surface-main)" />
        <rect x="90" y="22" width="64" height="48" rx="4" transform="rotate(9 122 46)" fill="var(--surface-main)" />
        <rect x="52" y="10" width="72" height="54" rx="4" fill="var(--surface-raised)" />
        <path d="M52 54l20-20 16 14 12-9 24 19" strokeLinecap="round" />
        <circle cx="108" cy="25" r="5" />
      </g>
      <g stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
        <path d="M88 76v24M79 92l9 9 9-9" />
        <path d="M44 104v10a4 4 0 0 0 4 4h80a4 4 0 0 0 4-4v-10" />
      </g>
    </svg>
  )
}
