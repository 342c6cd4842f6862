{{/* The labels that the ServiceMonitor gives to what this release's core tells. */}}
{{- define "holdfast.scope" -}}
namespace="{{ .Release.Namespace }}",service="{{ include "holdfast.name" (list . "core") }}"
{{- end }}
