package table

import "barium/internal/format/formattest"

const argusSample = `StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label
2026/03/02 09:46:59.607825,1.026539,tcp,94.44.127.113,1577,   ->,147.32.84.59,6881,S_RA,0,0,4,276,156,flow=Background-Established-cmpgw-CVUT
2026/03/02 09:47:00.634364,1.009595,udp,10.0.0.5,53123,  <->,203.0.113.7,443,CON,0,0,12,5660,5000,flow=Background-UDP
2026/03/02 09:47:48.185538,3.056586,tcp,77.75.73.33,80,   <-,147.32.86.89,4768,FSPA_FSPA,0,0,3,300,100,flow=x
2026/03/02 09:47:48.230897,0.000000,icmp,147.32.84.165,0x0008,  <->,8.8.8.8,0x4a5b,ECO,0,0,2,196,98,flow=x
2026/03/02 09:47:48.963351,3.029227,arp,00:1b:21:aa:bb:cc,,  who,147.32.84.59,,INT,,,1,60,60,flow=x
`

const awsSample = `version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
2 123456789010 eni-1235b8ca123456789 10.0.1.4 203.0.113.5 49761 443 6 20 4249 1772445600 1772445660 ACCEPT OK
2 123456789010 eni-1235b8ca123456789 203.0.113.5 10.0.1.4 443 49761 6 15 90000 1772445600 1772445660 ACCEPT OK
2 123456789010 eni-1235b8ca123456789 198.51.100.9 10.0.1.4 49762 3389 6 1 40 1772445601 1772445661 REJECT OK
2 123456789010 eni-1235b8ca123456789 2001:db8::1 2001:db8::2 49762 53 17 1 80 1772445602 1772445602 ACCEPT OK
2 123456789010 eni-1235b8ca123456789 - - - - - - - 1772445602 1772445662 - NODATA
`

const azureNSGSample = `{"records":[{"time":"2026-03-02T10:00:00.1Z","systemId":"x","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/1","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":2,"flows":[{"rule":"DefaultRule_AllowInternetOutBound","flows":[{"mac":"000D3AF87856","flowTuples":["1772445600,10.0.0.4,203.0.113.5,44931,443,T,O,A,B,,,,","1772445660,10.0.0.4,203.0.113.5,44931,443,T,O,A,E,25,150000,30,4000"]}]},{"rule":"Deny","flows":[{"mac":"000D3AF87856","flowTuples":["1772445601,198.51.100.9,10.0.0.4,44931,3389,T,I,D,B,,,,","1772445602,10.0.0.4,10.0.0.1,5353,53,U,O,A,E,1,80,1,120"]}]}]}}]}
{"records":[{"time":"2026-03-02T11:00:00.1Z","properties":{"Version":1,"flows":[{"rule":"r","flows":[{"mac":"000D3AF87856","flowTuples":["1772449200,10.0.0.4,203.0.113.5,44931,443,T,O,A"]}]}]}}]}
`

const azureVNetSample = `{"records":[{"time":"2026-03-02T10:00:00.1Z","flowLogVersion":4,"flowLogGUID":"a","macAddress":"112233445566","category":"FlowLogFlowEvent","flowLogResourceID":"/S","targetResourceID":"/S","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"0","flowGroups":[{"rule":"r","flowTuples":["1772445600599,10.0.0.6,192.0.2.180,23956,443,6,O,B,NX,0,0,0,0","1772445660637,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,3,767,2,1580","1772445660640,2001:db8::6,2001:db8::7,23957,53,17,I,D,NX,1,80,0,0"]}]}]}}]}
`

const gcpSample = `{"insertId":"1","jsonPayload":{"connection":{"src_ip":"10.0.1.4","src_port":49761,"dest_ip":"203.0.113.5","dest_port":443,"protocol":6},"bytes_sent":"4249","packets_sent":"20","start_time":"2026-03-02T10:00:00.123456789Z","end_time":"2026-03-02T10:00:05.5Z","reporter":"SRC"},"logName":"projects/p/logs/compute.googleapis.com%2Fvpc_flows","timestamp":"2026-03-02T10:00:06Z"}
{"insertId":"2","jsonPayload":{"connection":{"src_ip":"203.0.113.5","src_port":443.0,"dest_ip":"10.0.1.4","dest_port":49761.0,"protocol":6.0},"bytes_sent":"90000","packets_sent":"15","start_time":"2026-03-02T10:00:00.2Z","end_time":"2026-03-02T10:00:05.6Z","reporter":"DEST"},"timestamp":"2026-03-02T10:00:06Z"}
{"insertId":"3","jsonPayload":{"connection":{"src_ip":"10.0.1.4","src_port":0,"dest_ip":"10.0.1.9","dest_port":0,"protocol":1},"bytes_sent":"84","packets_sent":"1","start_time":"2026-03-02T10:00:01Z","end_time":"2026-03-02T10:00:01Z","reporter":"SRC"},"timestamp":"2026-03-02T10:00:06Z"}
`

const onionSample = `{"_index":"so-zeek-2026.03.02","_id":"a","_source":{"@timestamp":"2026-03-02T10:00:00.123Z","event":{"dataset":"conn","duration":5.25},"log":{"id":{"uid":"C1"}},"observer":{"name":"so1"},"source":{"ip":"10.0.1.4","port":49761},"destination":{"ip":"203.0.113.5","port":443},"network":{"transport":"tcp","protocol":"ssl"},"client":{"bytes":4000,"packets":20,"ip_bytes":4249},"server":{"bytes":90000,"packets":60,"ip_bytes":92000},"connection":{"state":"SF","history":"ShADadFf","local":{"originator":true,"responder":false}}}}
{"_index":"so-zeek-2026.03.02","_id":"b","_source":{"@timestamp":"2026-03-02T10:00:01Z","event":{"dataset":"zeek.dns"},"log":{"id":{"uid":"C2"}},"source":{"ip":"10.0.1.4","port":5353},"destination":{"ip":"10.0.0.1","port":53},"network":{"transport":"udp"},"dns":{"query":{"name":"example.org","type":1},"response":{"code":0},"answers":{"name":["192.0.2.1","192.0.2.2"]}}}}
{"_index":"so-zeek-2026.03.02","_id":"c","_source":{"@timestamp":"2026-03-02T10:00:02Z","event":{"dataset":"http"},"log":{"id":{"uid":"C3"}},"source":{"ip":"10.0.1.4","port":5354},"destination":{"ip":"203.0.113.5","port":80},"http":{"method":"PUT","virtual_host":"example.org","uri":"/x","useragent":"curl","request":{"body":{"length":1000000}},"response":{"body":{"length":20}},"status_code":204}}}
{"_index":"so-zeek-2026.03.02","_id":"d","_source":{"@timestamp":"2026-03-02T10:00:03Z","event":{"dataset":"ssl"},"source":{"ip":"10.0.1.4","port":5355},"destination":{"ip":"203.0.113.5","port":443},"ssl":{"version":"TLSv12","server_name":"example.org","established":true},"hash":{"ja3":"e7d705a3286e19ea42f587b344ee6865"}}}
{"_index":"so-zeek-2026.03.02","_id":"e","_source":{"@timestamp":"2026-03-02T10:00:04Z","event":{"dataset":"file"},"source":{"ip":"10.0.1.4"},"destination":{"ip":"203.0.113.5"},"log":{"id":{"fuid":"F1"}},"file":{"name":"a.zip","mime_type":"application/zip","is_orig":true,"bytes":{"seen":1000000}}}}
{"_index":"logs-zeek-so","_id":"g","_source":{"@timestamp":"2026-03-02T10:00:04.5Z","event":{"dataset":"zeek.file"},"source":{"ip":"10.0.1.4","port":5354},"destination":{"ip":"203.0.113.5","port":80},"log":{"id":{"fuid":"F2","uid":"C3"}},"file":{"source":"HTTP","mime_type":"text/html","is_orig":false,"bytes":{"seen":20}}}}
{"_index":"so-zeek-2026.03.02","_id":"f","_source":{"@timestamp":"2026-03-02T10:00:05Z","event":{"dataset":"weird"},"source":{"ip":"10.0.1.4"}}}
`

const insideSample = `{"_source":{"@timestamp":"2026-03-02T10:00:06Z","event":{"dataset":"conn"},"message":"{\"ts\":1772445600.123456,\"uid\":\"C1\",\"id.orig_h\":\"10.0.1.4\",\"id.orig_p\":49761,\"id.resp_h\":\"203.0.113.5\",\"id.resp_p\":443,\"proto\":\"tcp\",\"duration\":5.25,\"orig_bytes\":4000,\"resp_bytes\":90000,\"conn_state\":\"SF\"}"}}
{"_source":{"@timestamp":"2026-03-02T10:00:06Z","message":"{\"_path\":\"dns\",\"_system_name\":\"corelight\",\"ts\":\"2026-03-02T10:00:01.000001Z\",\"uid\":\"C2\",\"id.orig_h\":\"10.0.1.4\",\"id.orig_p\":5353,\"id.resp_h\":\"10.0.0.1\",\"id.resp_p\":53,\"proto\":\"udp\",\"query\":\"\\u00e4.example.org\",\"qtype\":1,\"rcode\":0,\"answers\":[\"192.0.2.1\"]}"}}
{"_source":{"message":"{\"_path\":\"http\",\"ts\":1772445602.5,\"uid\":\"C3\",\"id\":{\"orig_h\":\"10.0.1.4\",\"orig_p\":5354,\"resp_h\":\"203.0.113.5\",\"resp_p\":80},\"method\":\"PUT\",\"host\":\"example.org\",\"uri\":\"/x\",\"request_body_len\":1000000,\"status_code\":204}"}}
{"_source":{"message":"{\"_path\":\"weird\",\"ts\":1772445602.5,\"uid\":\"C3\",\"id.orig_h\":\"10.0.1.4\",\"id.resp_h\":\"203.0.113.5\"}"}}
`

// samples are tables that the shipped mappings read.
func samples() []formattest.Sample {
	plain := awsSample[len("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"):]
	conns := func(n int) map[string]int { return map[string]int{"conn": n} }
	return []formattest.Sample{
		{Name: "argus", Data: []byte(argusSample), Counts: conns(4)},
		{Name: "aws-vpc", Data: []byte(awsSample), Counts: conns(4)},
		{Name: "aws-vpc-plain", Data: []byte(plain), Counts: conns(4)},
		{Name: "azure-nsg", Data: []byte(azureNSGSample), Counts: conns(4)},
		{Name: "azure-vnet", Data: []byte(azureVNetSample), Counts: conns(2)},
		{Name: "gcp-vpc", Data: []byte(gcpSample), Counts: conns(3)},
		{Name: "security-onion", Data: []byte(onionSample), Counts: map[string]int{"conn": 1, "dns": 1, "http": 1, "ssl": 1, "files": 2}},
		{Name: "zeek-inside", Data: []byte(insideSample), Counts: map[string]int{"conn": 1, "dns": 1, "http": 1}},
	}
}
