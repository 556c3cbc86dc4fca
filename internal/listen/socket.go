package listen

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// wantBuffer is how many bytes the kernel is asked to hold of what has not been
// read yet; how many it grants is a setting of the machine (net.core.rmem_max).
const wantBuffer = 16 << 20

// soRxqOvfl asks the kernel to say with each datagram how many it has dropped
// (SO_RXQ_OVFL, socket(7)); the same number on all Linux machines we build for.
const soRxqOvfl = 40

// socket receives datagrams at one address.
type socket struct {
	conn    *net.UDPConn
	port    uint16
	buf     []byte
	oob     [64]byte
	dropped uint32 // by the kernel, since the socket was opened
}

// open listens at an address such as ":2055".
func open(ctx context.Context, address string) (*socket, error) {
	var c net.ListenConfig
	p, err := c.ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, fmt.Errorf("listening at %s: %w", address, err)
	}
	conn, ok := p.(*net.UDPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("listening at %s: not a UDP socket", address), p.Close())
	}
	s := &socket{conn: conn, buf: make([]byte, 1<<16)}
	if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		s.port = uint16(a.Port)
	}
	raw, err := conn.SyscallConn()
	if err == nil {
		// As large as the machine allows; without this it would still work. Drops are
		// counted where the kernel can.
		err = raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, wantBuffer)
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soRxqOvfl, 1)
		})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listening at %s: %w", address, err), conn.Close())
	}
	return s, nil
}

// receive returns the next datagram; it is valid until the next call. more is how
// many the kernel dropped meanwhile.
func (s *socket) receive() (datagram []byte, from netip.AddrPort, more uint32, err error) {
	n, oobn, _, from, err := s.conn.ReadMsgUDPAddrPort(s.buf, s.oob[:])
	if err != nil {
		return nil, from, 0, err
	}
	if total, ok := overflow(s.oob[:oobn]); ok {
		more = total - s.dropped // it wraps as the kernel's does
		s.dropped = total
	}
	return s.buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), more, nil
}

// overflow finds the kernel's count of dropped datagrams in control messages.
func overflow(b []byte) (n uint32, ok bool) {
	const head = syscall.SizeofCmsghdr
	if len(b) < head+4 {
		return 0, false
	}
	messages, err := syscall.ParseSocketControlMessage(b)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == soRxqOvfl && len(m.Data) >= 4 {
			return binary.NativeEndian.Uint32(m.Data), true
		}
	}
	return 0, false
}
