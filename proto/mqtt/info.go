package mqtt

import "joy/feature"

// Info is what is told when a client connects.
type Info struct {
	// What the client sent; absent when it was not seen.
	Connect *Connect `json:"connect,omitempty"`
	// What the server answered; absent when it was not seen.
	Answer *Answer `json:"connack,omitempty"`
}

// Connect is how a client connects. Texts are cut behind 256 bytes.
type Connect struct {
	// Version: 3 for 3.1, 4 for 3.1.1, 5 for 5.
	Version uint8 `json:"version"`
	// Name of the client, empty when the server is to choose one.
	ClientID feature.Text `json:"client_id"`
	// Seconds between messages, 0 for no bound.
	KeepAlive uint16 `json:"keep_alive"`
	// The client begins a new session.
	Clean bool `json:"clean"`
	// User, as digest unless secrets=1; absent for none.
	User feature.Text `json:"user,omitempty"`
	// Password, as digest unless secrets=1; absent for none.
	Password feature.Text `json:"password,omitempty"`
	// Topic of the message that is sent when the client is lost; absent for none.
	WillTopic feature.Text `json:"will_topic,omitempty"`
	// Quality of service of that message, 0 to 2.
	WillQoS uint8 `json:"will_qos" when:"HasWill"`
	// That message is kept for later subscribers.
	WillRetain bool `json:"will_retain" when:"HasWill"`
	// There is a will.
	HasWill bool `json:"-"`
	// The message is not complete: it has more than 8 KiB, bytes are missing, or it
	// ends too early.
	Truncated bool `json:"truncated,omitempty"`
}

// Answer is what the server says of it.
type Answer struct {
	// Return code, 0 for success. Source: section 3.2.2.3 of MQTT 3.1.1 and 3.2.2.2
	// of MQTT 5.
	Code uint8 `json:"code"`
	// The server has kept the session.
	SessionPresent bool `json:"session_present"`
}
