using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Threads that wait for jobs: they spin for some microseconds, because ops follow each other closely, then park. The caller works too.
/// Parts are handed out by a counter, so which thread computes a part varies; what it computes must not depend on it.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    // About 20 us of spinning: longer than the gap between two ops of a step, shorter than a time slice.
    private const int SpinRounds = 400;

    [ThreadStatic]
    private static bool t_inside;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private delegate*<void*, int, void> _entry;
    private void* _job;
    private int _count;
    private int _next;
    private int _running;
    private int _parked;
    private int _generation;
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
        if (count <= 1 || _threads.Length == 0 || t_inside)
        {
            for (int i = 0; i < count; i++) job.Execute(i);
            return;
        }
        _entry = &Enter<TJob>;
        _job = Unsafe.AsPointer(ref job);
        _count = count;
        _next = 0;
        Volatile.Write(ref _running, _threads.Length);
        Interlocked.Increment(ref _generation);
        int parked = Volatile.Read(ref _parked);
        if (parked > 0) _wake.Release(parked);
        Drain();
        for (var spin = default(SpinWait); Volatile.Read(ref _running) > 0;) spin.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
        {
            _failure = null;
            throw failure;
        }
    }

    public void Dispose()
    {
        _stop = true;
        Interlocked.Increment(ref _generation);
        _wake.Release(Math.Max(1, _threads.Length));
        foreach (Thread thread in _threads) thread.Join();
        _wake.Dispose();
    }

    private static void Enter<TJob>(void* job, int index) where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Execute(index);

    private void Drain()
    {
        t_inside = true;
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
            t_inside = false;
        }
    }

    private void Work()
    {
        int seen = 0;
        while (true)
        {
            WaitForJob(seen);
            seen = Volatile.Read(ref _generation);
            if (_stop) return;
            Drain();
            Interlocked.Decrement(ref _running);
        }
    }

    private void WaitForJob(int seen)
    {
        for (int round = 0; round < SpinRounds; round++)
        {
            if (Volatile.Read(ref _generation) != seen) return;
            Thread.SpinWait(20);
        }
        Interlocked.Increment(ref _parked);
        // The pool may have advanced between the last look and the increment; the semaphore's count is only a hint, the generation decides.
        while (Volatile.Read(ref _generation) == seen) _wake.Wait(50);
        Interlocked.Decrement(ref _parked);
    }
}
