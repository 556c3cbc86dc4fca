package hunt
import ("testing";"context";"os";"fmt";"strings";"path/filepath"
"barium/internal/ledger";"barium/internal/ledger/duck";"barium/internal/detect/all")
func TestSmoke(t *testing.T){
 ctx:=context.Background()
 paths:=strings.Split(os.Getenv("P"),",")
 s,err:=duck.Open(ctx, filepath.Join(t.TempDir(),"x.ledger"), duck.Options{}); if err!=nil{t.Fatal(err)}
 defer s.Close()
 files,err:=Discover(ctx, paths); if err!=nil{t.Fatal(err)}
 src,err:=Import(ctx,s,files,Options{}); if err!=nil{t.Fatal(err)}
 for _,x:=range src{fmt.Println(x.Path,x.Format,x.Records,x.Repeated,x.Bad,x.Problem)}
 sum,err:=s.Checksum(ctx); fmt.Println(sum,err)
 n,_:=ledger.DefaultNetworks(ctx,s)
 if os.Getenv("I")!=""{n,_=ledger.ParseNetworks([]string{os.Getenv("I")})}
 l,err:=ledger.NewLook(ctx,s,ledger.Window{Until:1<<32-1},n); if err!=nil{t.Fatal(err)}
 fmt.Printf("%+v\n",l.Facts)
 var a,b int64
 ledger.One(ctx,s,"select count(*), sum(events) from ledger.conversation",&a,&b); fmt.Println("conv",a,"events",b)
 for _,d:=range all.Detectors{
  fs,err:=d.Find(ctx,l); if err!=nil{t.Fatal(err)}
  for _,f:=range fs{ fmt.Printf("%5.1f %s\n",f.Weight(),f.Reason); for _,x:=range f.Terms{fmt.Printf("        %+5.1f %s %s\n",x.DB,x.Group,x.Text)}}
 }
 if q:=os.Getenv("Q");q!=""{ rows,err:=s.Query(ctx,q); if err!=nil{t.Fatal(err)}; cols,_:=rows.Columns(); fmt.Println(cols); for rows.Next(){v:=make([]any,len(cols));p:=make([]any,len(cols));for i:=range v{p[i]=&v[i]};rows.Scan(p...);fmt.Println(v...)}}
}
