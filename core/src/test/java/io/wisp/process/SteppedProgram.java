// SPDX-License-Identifier: Apache-2.0
package io.wisp.process;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Method;
import com.sun.jdi.StackFrame;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.StepEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequestManager;
import com.sun.jdi.request.StepRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Java program of the tests in a process of its own, which halts at each line of one of its
 * methods, and of what of Wisp that calls: so others see its memory between any two stores.
 */
public final class SteppedProgram {

  private static final String CONNECTOR = "com.sun.jdi.SocketListen";
  private static final String STEPPED_CLASSES = "io.wisp.*";
  private static final long BOUND_MILLIS = 60_000;

  private final String type;
  private final String method;
  private final Runnable look;

  private SteppedProgram(String type, String method, Runnable look) {
    this.type = type;
    this.method = method;
    this.look = look;
  }

  /**
   * Runs a program to its end.
   *
   * @param program the class with the method main
   * @param output where all goes that it says
   * @param type the name of the class with the method that it halts in, the only one of its name
   * @param look what is done while it is halted
   */
  public static void run(
      Class<?> program,
      List<String> arguments,
      Path output,
      String type,
      String method,
      Runnable look)
      throws Exception {
    ListeningConnector connector =
        Bootstrap.virtualMachineManager().listeningConnectors().stream()
            .filter(each -> each.name().equals(CONNECTOR))
            .findFirst()
            .orElseThrow();
    Map<String, Connector.Argument> options = connector.defaultArguments();
    set(options, "localAddress", "127.0.0.1");
    set(options, "timeout", Long.toString(BOUND_MILLIS));
    String address = connector.startListening(options);
    String agent = "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=" + address;
    List<String> command =
        JavaCommand.of(
            program.getName(), System.getProperty("java.class.path"), List.of(agent), arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      new SteppedProgram(type, method, look).followToTheEnd(connector.accept(options));
      if (!process.waitFor(BOUND_MILLIS, TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
        throw new IOException("it has failed: " + Files.readString(output, StandardCharsets.UTF_8));
      }
    } finally {
      process.destroyForcibly();
      connector.stopListening(options);
    }
  }

  private static void set(Map<String, Connector.Argument> options, String name, String value) {
    options.get(name).setValue(value);
  }

  private void followToTheEnd(VirtualMachine machine) throws Exception {
    EventRequestManager requests = machine.eventRequestManager();
    ClassPrepareRequest loading = requests.createClassPrepareRequest();
    loading.addClassFilter(type);
    loading.enable();
    while (true) {
      EventSet events = machine.eventQueue().remove(BOUND_MILLIS);
      if (events == null) {
        throw new AssertionError("it does not go on");
      }
      for (Event event : events) {
        switch (event) {
          case ClassPrepareEvent loaded -> {
            Method halted = loaded.referenceType().methodsByName(method).getFirst();
            requests.createBreakpointRequest(halted.location()).enable();
          }
          case BreakpointEvent begun -> {
            look.run();
            StepRequest steps =
                requests.createStepRequest(
                    begun.thread(), StepRequest.STEP_LINE, StepRequest.STEP_INTO);
            steps.addClassFilter(STEPPED_CLASSES);
            steps.enable();
          }
          case StepEvent step -> {
            look.run();
            if (!isWithin(step.thread())) {
              requests.deleteEventRequest(step.request());
            }
          }
          case VMDisconnectEvent _ -> {
            return;
          }
          default -> {}
        }
      }
      events.resume();
    }
  }

  private boolean isWithin(ThreadReference thread) throws IncompatibleThreadStateException {
    for (StackFrame frame : thread.frames()) {
      Method called = frame.location().method();
      if (called.name().equals(method) && called.declaringType().name().equals(type)) {
        return true;
      }
    }
    return false;
  }
}
