package tlsid_test
import ("testing";"context";"os";"fmt";"strings";"path/filepath";"time"
"barium/internal/hunt";"barium/internal/ledger";"barium/internal/ledger/duck";"barium/internal/detect/all")
func TestSmoke(t *testing.T){
 if os.Getenv("P")=="" {t.Skip()}
 ctx:=context.Background()
 for _,p:=range strings.Split(os.Getenv("P"),",") {
 fmt.Println("=====",p)
 s,err:=duck.Open(ctx, filepath.Join(t.TempDir(),"x.ledger"), duck.Options{}); if err!=nil{t.Fatal(err)}
 files,err:=hunt.Discover(ctx, []string{p}); if err!=nil{t.Fatal(err)}
 _,err=hunt.Import(ctx,s,files,hunt.Options{}); if err!=nil{t.Fatal(err)}
 n,_:=ledger.DefaultNetworks(ctx,s)
 if os.Getenv("I")!=""{n,_=ledger.ParseNetworks([]string{os.Getenv("I")})}
 t0:=time.Now()
 l,err:=ledger.NewLook(ctx,s,ledger.Window{Until:1<<32-1},n); if err!=nil{t.Fatal(err)}
 fmt.Printf("%+v look %v\n",l.Facts,time.Since(t0).Round(time.Millisecond))
 for _,d:=range all.Detectors{
  if o:=os.Getenv("ONLY");o!=""&&!strings.Contains(o,d.About().Name){continue}
  t0:=time.Now()
  fs,err:=d.Find(ctx,l); if err!=nil{t.Fatal(err)}
  fmt.Println("--",d.About().Name,len(fs),time.Since(t0).Round(time.Millisecond))
  for _,f:=range fs{ if os.Getenv("MIN")!="" && f.Weight()<20{continue}; fmt.Printf("%5.1f %s\n",f.Weight(),f.Reason); for _,x:=range f.Terms{fmt.Printf("        %+5.1f %s %s\n",x.DB,x.Group,x.Text)}}
 }
 if q:=os.Getenv("Q");q!=""{ rows,err:=s.Query(ctx,q); if err!=nil{t.Fatal(err)}; cols,_:=rows.Columns(); fmt.Println(cols); for rows.Next(){v:=make([]any,len(cols));pp:=make([]any,len(cols));for i:=range v{pp[i]=&v[i]};rows.Scan(pp...);fmt.Println(v...)}}
 s.Close()
 }
}
