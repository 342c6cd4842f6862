{{/* The ports that pods may call, as JSON: those of the values, and the collector's. */}}
{{- define "holdfast.egressPorts" -}}
{{- $ports := list -}}
{{- range .Values.networkPolicy.egressPorts }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- with .Values.tracing.endpoint -}}
{{- $url := urlParse . -}}
{{- $own := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- $ports = append $ports (int $own) -}}
{{- end -}}
{{- toJson (uniq $ports) -}}
{{- end }}

{{/* Names, and what the egress ports are for: inside the cluster and outside, but not the cloud's metadata. */}}
{{- define "holdfast.egress" -}}
- to:
    {{- toYaml .Values.networkPolicy.dnsPeers | nindent 4 }}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
- to:
    - namespaceSelector: {}
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [169.254.0.0/16]
    - ipBlock:
        cidr: ::/0
        except: ["fe80::/10", "fd00:ec2::254/128"]
  ports:
    {{- range include "holdfast.egressPorts" . | fromJsonArray }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end }}

{{/* All pods of a namespace. */}}
{{- define "holdfast.fromNamespace" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . }}
{{- end }}

{{/* The pods of a part of this release: (list . "edge"). */}}
{{- define "holdfast.fromPart" -}}
- podSelector:
    matchLabels:
      {{- include "holdfast.selector" . | nindent 6 }}
{{- end }}

{{/* All that may ask the edge: whoever can reach it past its proxies says what client it is. */}}
{{- define "holdfast.edgePeers" -}}
{{- if .Values.edge.ingress.enabled }}
{{ include "holdfast.fromNamespace" .Values.networkPolicy.ingressNamespace }}
{{- end }}
{{- if not .Values.test.edgeUrl }}
{{ include "holdfast.fromPart" (list . "smoke") }}
{{- end }}
{{- with .Values.networkPolicy.edgePeers }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* All that may ask core. */}}
{{- define "holdfast.corePeers" -}}
{{- if .Values.edge.enabled }}
{{ include "holdfast.fromPart" (list . "edge") }}
{{- end }}
{{- if .Values.core.ingress.enabled }}
{{ include "holdfast.fromNamespace" .Values.networkPolicy.ingressNamespace }}
{{- end }}
{{- with .Values.networkPolicy.corePeers }}
{{ toYaml . }}
{{- end }}
{{- end }}
