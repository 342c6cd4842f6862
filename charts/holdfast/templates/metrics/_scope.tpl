{{/* An expression about this release: SCOPE and EDGE are the labels that the ServiceMonitors give to its parts. */}}
{{- define "holdfast.scoped" -}}
{{- $root := index . 0 -}}
{{- $expr := index . 1 -}}
{{- range $word, $part := dict "SCOPE" "core" "EDGE" "edge" -}}
{{- $labels := printf "namespace=\"%s\",service=\"%s\"" $root.Release.Namespace (include "holdfast.name" (list $root $part)) -}}
{{- $expr = $expr | replace $word $labels -}}
{{- end -}}
{{- $expr -}}
{{- end }}
