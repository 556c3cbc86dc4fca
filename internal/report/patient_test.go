package report_test

import (
	"strings"
	"testing"

	"barium/internal/report"
	"barium/internal/report/reporttest"
)

func TestPatientTexts(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		d := &report.Document{Injected: text}
		d.PseudonymisePatients()
		if d.Injected != want {
			t.Errorf("%q becomes %q, want %q", text, d.Injected, want)
		}
	}
	// URLs
	f("GET /view?patientid=12345&x=1", "GET /view?patientid=patient-1&x=1")
	f("/view?patient=Doe%20John&PatientID=77&patient_id=77&mrn=12345#top", "/view?patient=patient-1&PatientID=patient-2&patient_id=patient-2&mrn=patient-3")
	f("?name=Doe&surname=doe&lastname=DOE", "?name=patient-1&surname=patient-1&lastname=patient-1")
	f("?pid%3D12345&nhs=9434765919;ahv=756.9217.0769.85", "?pid%3Dpatient-1&nhs=patient-2;ahv=patient-3")
	f("?dob=1970-01-01&birthdate=1970-01-01&ssn=078-05-1120", "?dob=patient-1&birthdate=patient-1&ssn=patient-2")
	f("/fhir/Patient/12345/_history and /patients/12345", "/fhir/Patient/patient-1/_history and /patients/patient-1")
	f("?filename=x.pdf&rapid=7&hostname=h&inpatient=yes", "?filename=x.pdf&rapid=7&hostname=h&inpatient=yes")
	f("?mrn=&pid=-", "?mrn=&pid=-")
	// file names
	f("patient_12345.pdf MRN-12345_MRI.dcm", "patient_patient-1.pdf MRN-patient-1_MRI.dcm")
	f("patient-record.pdf, 3 patients, 14 patients left", "patient-record.pdf, 3 patients, 14 patients left")
	// JSON, also within a JSON string
	f(`{"patientId":"12345","n":3,"mrn": 12345}`, `{"patientId":"patient-1","n":3,"mrn": patient-1}`)
	f(`{\"family\":\"Doe\",\"given\":[\"Anna\",\"B.\"]}`, `{\"family\":\"patient-1\",\"given\":[\"patient-2\",\"patient-3\"]}`)
	f(`{"name":"Doe, Anna","birthDate":"1970-01-01"}`, `{"name":"patient-1","birthDate":"patient-2"}`)
	f(`{"00100020":{"vr":"LO","Value":["12345"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Doe^Anna"}]}}`,
		`{"00100020":{"vr":"LO","Value":["patient-1"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"patient-2"}]}}`)
	// HL7 and DICOM
	f("MSH|^~\\&|A\rPID|1||12345^^^MRN||Doe^Anna||19700101|F\rPV1|1|I", "MSH|^~\\&|A\rPID|1||patient-1||patient-2||patient-3|F\rPV1|1|I")
	f("(0010,0020) LO [12345] (0010,0010)=DOE^ANNA", "(0010,0020) LO [patient-1] (0010,0010)=patient-2")
	f("PatientName=DOE^ANNA PatientsBirthDate: x", "PatientName=patient-1 PatientsBirthDate: x")
}

func TestPatientsInDocument(t *testing.T) {
	d := reporttest.DataLeft()
	c := &d.Cases[0]
	c.Loss.Files[0].Name = "/export/patient_0815.zip"
	c.Findings[0].Reason = "PUT /export?mrn=0815"
	c.Findings[0].Evidence[0].Raw = "1588205943.88\tC1\tPUT\t/export?mrn=0815&surname=Meier\t-"
	c.Findings[0].Entities = []report.Entity{{Kind: report.KindURI, Value: "/export?mrn=0815"}}
	d.PseudonymisePatients()
	if c := d.Cases[0]; c.Loss.Files[0].Name != "/export/patient_patient-1.zip" ||
		c.Findings[0].Reason != "PUT /export?mrn=patient-1" ||
		c.Findings[0].Evidence[0].Raw != "1588205943.88\tC1\tPUT\t/export?mrn=patient-1&surname=patient-2\t-" ||
		c.Findings[0].Entities[0].Value != "/export?mrn=patient-1" ||
		c.Loss.Files[0].Bytes != 1_082_089 || c.Findings[0].Evidence[0].Offset != 40211 {
		t.Errorf("%+v", c)
	}
	if out := encode(t, d); strings.Contains(out, "0815") || strings.Contains(out, "Meier") {
		t.Error("an identifier is left")
	}
	if out := encode(t, d.Mask()); !strings.Contains(out, `"reason": "PUT uri-1"`) {
		t.Error("entities are not known to Mask any more")
	}
}

func TestPatientsLeaveSamplesAlone(t *testing.T) {
	for name, d := range reporttest.Samples() {
		before := encode(t, d)
		d.PseudonymisePatients()
		if encode(t, d) != before {
			t.Errorf("%s was changed", name)
		}
	}
}

func FuzzPatients(f *testing.F) {
	for _, s := range reporttest.Attacks() {
		f.Add("?mrn="+s, s)
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		d := &report.Document{Injected: text, Cases: []report.Case{{Accounts: []string{name}, Summary: text + " " + name}}}
		d.PseudonymisePatients()
		encode(t, d.Mask())
	})
}
