using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Threads that wait for jobs: they spin for some microseconds, because ops follow each other closely, then park. The caller works too.
/// Parts are handed out by a counter, so which thread computes a part varies; what it computes must not depend on it. A thread that the
/// system does not let run in time is not waited for: it joins a job only while parts are left.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    // About 20 us of spinning: longer than the gap between two ops of a step, shorter than a time slice.
    private const int SpinRounds = 400;

    // The gate of the present job in one word: its number from bit 16 on, a bit that says no part is left, and how many threads are inside.
    private const long NextJob = 1L << 16;
    private const long Closed = 1L << 15;
    private const long Inside = Closed - 1;

    [ThreadStatic]
    private static bool s_inside;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private delegate*<void*, int, void> _entry;
    private void* _job;
    private int _count;
    private int _next;
    private int _parked;
    private long _gate = Closed;
    private volatile bool _stop;
    private Exception? _failure;

    public WorkerPool(int threads)
    {
        _threads = new Thread[Math.Max(0, threads - 1)];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"spa-worker-{i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that compute, the caller included.</summary>
    public int Threads => _threads.Length + 1;

    /// <summary>Runs parts 0 .. count - 1 and returns when all are done. A job started inside a job runs on its own thread.</summary>
    public void Run<TJob>(TJob job, int count) where TJob : struct, IJob
    {
        if (count <= 1 || _threads.Length == 0 || s_inside)
        {
            for (int i = 0; i < count; i++) job.Execute(i);
            return;
        }
        _entry = &Enter<TJob>;
        _job = Unsafe.AsPointer(ref job);
        _count = count;
        _next = 0;
        // Opens the gate: everybody has left it, so nobody reads the fields above before this.
        Interlocked.Exchange(ref _gate, (_gate & ~(Closed | Inside)) + NextJob);
        int parked = Math.Min(Volatile.Read(ref _parked), count - 1);
        if (parked > 0) _wake.Release(parked);
        Drain();
        Interlocked.Or(ref _gate, Closed);
        for (var spin = default(SpinWait); (Volatile.Read(ref _gate) & Inside) != 0;) spin.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        _stop = true;
        Interlocked.Add(ref _gate, NextJob);
        _wake.Release(Math.Max(1, _threads.Length));
        foreach (Thread thread in _threads) thread.Join();
        _wake.Dispose();
    }

    private static void Enter<TJob>(void* job, int index) where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Execute(index);

    private void Drain()
    {
        s_inside = true;
        try
        {
            for (int i = Interlocked.Increment(ref _next) - 1; i < _count; i = Interlocked.Increment(ref _next) - 1) _entry(_job, i);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            Interlocked.Exchange(ref _next, _count);
        }
        finally
        {
            s_inside = false;
        }
    }

    private void Work()
    {
        long seen = 0;
        while (true)
        {
            WaitForJob(seen);
            long gate = Volatile.Read(ref _gate);
            seen = gate / NextJob;
            if (_stop) return;
            while ((gate & Closed) == 0 && gate / NextJob == seen)
            {
                long found = Interlocked.CompareExchange(ref _gate, gate + 1, gate);
                if (found == gate)
                {
                    Drain();
                    Interlocked.Decrement(ref _gate);
                    break;
                }
                gate = found;
            }
        }
    }

    private void WaitForJob(long seen)
    {
        for (int round = 0; round < SpinRounds; round++)
        {
            if (Volatile.Read(ref _gate) / NextJob != seen) return;
            Thread.SpinWait(20);
        }
        Interlocked.Increment(ref _parked);
        // The pool may have advanced between the last look and the increment; the semaphore's count is only a hint, the gate decides.
        while (Volatile.Read(ref _gate) / NextJob == seen) _wake.Wait(50);
        Interlocked.Decrement(ref _parked);
    }
}
